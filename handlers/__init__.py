"""The moves: one event in, one decision, one commit, one reply."""
