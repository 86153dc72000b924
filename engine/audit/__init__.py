"""How a model treats groups of rows: counts of a study's or a bundle's predictions by the values of a column."""
