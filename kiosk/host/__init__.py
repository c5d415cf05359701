"""The host: what the kiosk asks of the social security and bank systems, the client, and a sandbox to run against."""
