"""The offline album: pages that show what was stored from any folder or disc, without a server."""
