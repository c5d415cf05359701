"""What people at the fleet look at and do; the API and the console both go through here, and through nothing else."""
