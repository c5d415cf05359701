"""Who takes the money: ``port`` what is asked of a payer, ``http`` the client, ``sandbox`` one to run against,
``reconciliation`` the day's end."""
