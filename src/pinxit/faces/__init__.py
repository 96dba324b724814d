"""Find a picture's faces, and how much each pixel belongs to them, offline, by two small networks that pinxit ships."""

from pinxit.faces.face import Face
from pinxit.faces.finder import find, find_again
from pinxit.faces.maps import face_map, feature_map

__all__ = ["Face", "face_map", "feature_map", "find", "find_again"]
