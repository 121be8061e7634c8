"""The Mattermost adapter: payloads in, events out; messages and forms drawn as attachments and dialogs; REST and a socket."""
