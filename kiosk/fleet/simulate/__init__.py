"""A fleet that is not there: kiosks that report as real ones do, with faults, outages, wrong clocks and bursts."""
