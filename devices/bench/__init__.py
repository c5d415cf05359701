"""The simulated world: where every card and sheet is, the lines its devices sit on, and the faults they can have."""
