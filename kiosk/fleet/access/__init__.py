"""Who may do what at the fleet: roles, local accounts, sign-in, sessions."""
