"""City packs: all that differs from city to city, as one checked value read from a folder of data."""
