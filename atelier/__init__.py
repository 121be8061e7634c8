"""The procedure: states, steps, needs, deadlines, forms, calendar, territories. Pure."""
