"""The revision files, and the position of a database among them."""
