"""The models: naming convention, server defaults and discovery."""
