"""How good the inspection is: simulated prints of synthetic people, good ones and spoiled ones, through a simulated
scanner. The only part of the inspection that knows the simulated printer."""
