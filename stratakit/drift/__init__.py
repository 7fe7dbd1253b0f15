"""Drift detection: models against migrations, and a database against its revision."""
