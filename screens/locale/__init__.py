"""Words in every language, and how values are written in them. Used by screens, receipts and speech; draws nothing."""
