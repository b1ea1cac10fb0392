"""Sound and pictures that say who sends them, and telling whose they are once they are decoded.

A sender with the tag n sends a sine of its own frequency and a picture of its own colour.
"""

import asyncio
import cmath
import fractions
import math
import time
from array import array
from collections import deque

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

SAMPLE_RATE = 48_000
SAMPLES = SAMPLE_RATE // 50
PICTURE = {"width": 160, "height": 120}
# Luma and chroma of colours that no test picture or filler has.
COLOURS = {1: (150, 60, 180), 2: (90, 180, 90), 3: (190, 90, 60), 4: (60, 200, 160)}
# All tones begin anew with each fifth frame.
ANEW = 5
TONES_HZ = {tag: 220 * (1 + tag) for tag in COLOURS}


class Paced(MediaStreamTrack):
    """A track whose frames come at a steady rate."""

    def __init__(self, interval):
        super().__init__()
        self._interval = interval
        self._start = None
        self._frames = 0

    async def pace(self):
        """Waits for the next frame's time and returns its number."""
        if self.readyState != "live":
            raise MediaStreamError
        now = time.monotonic()
        self._start = self._start or now
        await asyncio.sleep(max(0.0, self._start + self._frames * self._interval - now))
        self._frames += 1
        return self._frames - 1


class Tone(Paced):
    """A sine."""

    kind = "audio"

    def __init__(self, tag):
        super().__init__(SAMPLES / SAMPLE_RATE)
        angle = 2 * math.pi * TONES_HZ[tag] / SAMPLE_RATE
        self._sounds = [
            array("h", (int(8000 * math.sin(angle * n)) for n in range(first, first + SAMPLES))).tobytes()
            for first in range(0, ANEW * SAMPLES, SAMPLES)
        ]

    async def recv(self):
        number = await self.pace()
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(self._sounds[number % ANEW])
        frame.sample_rate = SAMPLE_RATE
        frame.pts = number * SAMPLES
        frame.time_base = fractions.Fraction(1, SAMPLE_RATE)
        return frame


class Picture(Paced):
    """A picture of one colour."""

    kind = "video"

    def __init__(self, tag):
        super().__init__(1 / 25)
        self._colour = COLOURS[tag]

    async def recv(self):
        number = await self.pace()
        frame = VideoFrame(format="yuv420p", **PICTURE)
        for plane, value in zip(frame.planes, self._colour):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts = number * 3600
        frame.time_base = fractions.Fraction(1, 90_000)
        return frame


def tone_of(frame):
    """The tag of the sender whose tone has about as many zero crossings as the frame; none if it is silence."""
    samples = samples_of(frame)
    if len(samples) < 2 or max(samples) < 1000:
        return None
    crossings = sum((a < 0) != (b < 0) for a, b in zip(samples, samples[1:]))
    for tag, tone in TONES_HZ.items():
        if abs(crossings - 2 * tone * len(samples) / frame.sample_rate) <= 2:
            return tag
    return None


def picture_of(frame):
    """The tag of the sender whose colour the middle of a frame has; none if it is another's."""
    return colours_at(frame, [(0.5, 0.5)])[0]


def colours_at(frame, places):
    """The tags of the senders whose colours a frame has at these places, which are parts of its width and height; none
    where it is another's."""
    planes = [(memoryview(plane), plane) for plane in frame.reformat(format="yuv420p").planes]

    def tag_at(x, y):
        values = [
            data[int(y * plane.height) * plane.line_size + int(x * plane.width)] for data, plane in planes
        ]
        for tag, colour in COLOURS.items():
            if all(abs(value - wanted) <= 12 for value, wanted in zip(values, colour)):
                return tag
        return None

    return [tag_at(x, y) for x, y in places]


def samples_of(frame):
    """The samples of its first channel."""
    channels = len(frame.layout.channels)
    samples = array("h")
    samples.frombytes(bytes(frame.planes[0])[: frame.samples * channels * 2])
    return samples[::channels]


def tones_in(frames):
    """The tags of all senders whose tones are in at least three of these frames: a mix has many. Each frame is looked at
    by itself, so that one that was lost does not matter."""
    heard = dict.fromkeys(TONES_HZ, 0)
    for frame in frames:
        samples = samples_of(frame)
        for tag, tone in TONES_HZ.items():
            turn = -2j * math.pi * tone / frame.sample_rate
            wave = sum(sample * cmath.exp(turn * n) for n, sample in enumerate(samples))
            # A quarter of what is sent. What a sum over so few turns has of another tone is far below.
            heard[tag] += abs(wave) * 2 / len(samples) > 2000
    return [tag for tag, times in heard.items() if times >= 3]


TAG_OF = {"audio": tone_of, "video": picture_of}
# Frames that are kept: the picture that shows, and a fifth of a second.
LATEST = {"audio": 10, "video": 1}


class Counter:
    """Counts the decoded frames that a track brings, and whose they are."""

    def __init__(self, kind):
        self._tag_of = TAG_OF[kind]
        self.frames = 0
        self.by_tag = {}
        self.latest = deque(maxlen=LATEST[kind])
        self.changed = asyncio.Event()

    async def count(self, track):
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            self.frames += 1
            self.latest.append(frame)
            tag = self._tag_of(frame)
            if tag is not None:
                self.by_tag[tag] = self.by_tag.get(tag, 0) + 1
            self.changed.set()

    def seen(self, tag=None):
        """How many frames there were, of this sender if a tag is given."""
        return self.frames if tag is None else self.by_tag.get(tag, 0)

    async def more(self, number, tag=None):
        """Waits for so many more frames."""
        goal = self.seen(tag) + number
        while self.seen(tag) < goal:
            self.changed.clear()
            await self.changed.wait()
