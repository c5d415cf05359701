"""The photo of the card: the rule as numbers, a picture held against it, and the photo cut to it.

Pure: pictures and numbers in, numbers and pictures out. ``taken.take`` does all of it to a camera's picture;
``measure.measure`` judges a finished photo; ``crop.card_photo`` makes the card's; ``drawn.drawn`` shows the faults.
Nothing is imported here: the rule alone is wanted by programs that have no use for OpenCV.
"""
