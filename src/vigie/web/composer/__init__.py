"""Composer: notices from draft to publication, and the list of them."""
