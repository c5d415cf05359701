"""The pieces pages are made of: each is measured and placed without a window, then painted with a pen."""
