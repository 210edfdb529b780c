# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages as HTML from templates of jinja2: one file each, without outside assets."""
