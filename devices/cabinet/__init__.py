"""The cabinet around the devices: doors, tamper contact, temperature, mains."""
