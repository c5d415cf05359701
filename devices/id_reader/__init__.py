"""Resident ID card readers: contract, the documents they read, and the SAM_V module on a serial line."""
