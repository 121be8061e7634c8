"""The words: how the bot and people talk, whatever the platform. Pure."""
