"""The application: what runs, and everything that ties charts, devices and screens together."""
