"""The local platform: a demo page, the fake the tests use, and the terminal's transcript. Same words as the others."""
