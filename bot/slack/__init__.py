"""The Slack adapter: payloads in, events out; messages and forms drawn as Block Kit; posts by the Web API."""
