"""Uploaded files and issued papers, bound by their hash; downloaded through the room that owns them."""
