"""The console: pages for the people who look after the fleet, live, in Chinese and English."""
