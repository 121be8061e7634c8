"""The platforms and the wiring."""
