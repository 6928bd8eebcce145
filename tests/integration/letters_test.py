"""Mails as a reader's program shows them: every kind of letter in both languages in headless Chromium, as
wide as a phone and as a desk, in light and in dark, with what hostile editors write."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from browser import Browser
from processes import BUILD

DATABASES = ["sqlite"]      # no database has a part in it
# The letters are written by a unit test, from the inputs that it compares the texts of.
WRITER = BUILD / "services/notification/channels/notification_channels_test"
PICTURES = pathlib.Path(os.environ.get("CLUSTERWIRE_PICTURES", BUILD / "integration/pictures"))
KINDS = {"one", "several", "digest", "confirmation", "owner", "test", "hostile"}
# The least contrast of a text and what it stands on, by WCAG's formula.
CONTRAST = """(() => {
  const numbers = (color) => color.match(/[0-9.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = numbers(color).slice(0, 3).map((v) => v / 255)
        .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      if ((numbers(color)[3] ?? 1) === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  let least = 21;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.data.trim()) continue;
    const element = walker.currentNode.parentElement;
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
    least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  return least;
})()"""


class LettersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        subprocess.run([WRITER, "--gtest_filter=LetterPageTest.EachIsWritten*"], check=True, timeout=60,
                       env={**os.environ, "CLUSTERWIRE_LETTERS": folder, "GTEST_OUTPUT": ""},
                       stdout=subprocess.DEVNULL)
        cls.letters = {path.name.removesuffix(".html"): path.read_text()
                       for path in pathlib.Path(folder).iterdir()}
        cls.browser = cls.enterClassContext(Browser())

    def each(self, **settings):
        """The pages, opened one after the other."""
        self.assertEqual({name.split(".")[0] for name in self.letters}, KINDS)
        page = self.browser.page(**settings)
        for name, letter in sorted(self.letters.items()):
            with self.subTest(letter=name):
                page.open(letter)
                yield name, page

    def test_each_fits_a_phone_and_a_desk_and_its_ink_stands_out_in_light_and_in_dark(self):
        for width in [360, 800]:
            for dark in [False, True]:
                for name, page in self.each(width=width, dark=dark):
                    page.picture(PICTURES / f"letter-{name}-{width}{'-dark' if dark else ''}.png")
                    shown, window = page.width()
                    self.assertLessEqual(shown, window)
                    self.assertEqual(page.language(), name.split(".")[1])
                    found = page.call("Runtime.evaluate", expression=CONTRAST, returnByValue=True)
                    self.assertGreaterEqual(found["result"]["value"], 4.5)

    def test_what_editors_write_is_read_and_does_nothing_with_scripts_on(self):
        for name, page in self.each(script=True):
            if name.startswith("hostile"):
                self.assertIn("<script>document.body.innerHTML='x'</script>", page.text())
                self.assertIn("{{SUBJECT}}{{>X}}", page.text())


if __name__ == "__main__":
    unittest.main()
