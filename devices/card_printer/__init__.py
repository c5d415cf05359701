"""Card printers and card dispensers: what puts a new card into a person's hand."""
