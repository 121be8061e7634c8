"""What the app asks of Slack: its command, the events it listens to, the methods it calls, and the scopes they need.

The manifest is made from these tables, and a test holds the code to them. Each method's scope is on its page:
https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

from types import MappingProxyType

COMMAND = "/atelier"
METHODS = MappingProxyType(
    {
        "auth.revoke": (),
        "auth.test": (),
        "chat.postMessage": ("chat:write",),
        "chat.postEphemeral": ("chat:write",),
        "chat.update": ("chat:write",),
        "conversations.history": ("channels:history", "groups:history", "im:history"),
        "conversations.replies": ("channels:history", "groups:history", "im:history"),
        "conversations.open": ("im:write",),
        "conversations.create": ("groups:write",),
        "conversations.invite": ("groups:write.invites",),
        "conversations.kick": ("groups:write",),
        "conversations.list": ("groups:read",),
        "conversations.members": ("groups:read",),
        "conversations.setPurpose": ("groups:write.topic",),
        "files.getUploadURLExternal": ("files:write",),
        "files.completeUploadExternal": ("files:write",),
        "files.info": ("files:read",),
        "oauth.v2.access": (),
        "views.open": (),
        "views.publish": (),
    }
)
EVENTS = MappingProxyType(
    {
        "app_home_opened": (),
        "app_mention": ("app_mentions:read",),
        "message.im": ("im:history",),
        "message.channels": ("channels:history",),
        "message.groups": ("groups:history",),
        "app_uninstalled": (),
        "tokens_revoked": (),
    }
)
SCOPES = tuple(
    sorted({"commands", *(s for needed in (*METHODS.values(), *EVENTS.values()) for s in needed)}),
)
