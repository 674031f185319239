# SPDX-License-Identifier: GPL-2.0-or-later
"""Headless Chromium with one page open."""
import contextlib

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait


class Browser:

    def __init__(self):
        options = Options()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                         "--disable-dev-shm-usage"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.tell("Emulation.setTimezoneOverride", timezoneId="Europe/Berlin")
        self.resize(1280)

    def tell(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def resize(self, width, height=1400):
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)

    @contextlib.contextmanager
    def media(self, kind="", **features):
        """Paper, or a scheme of colours: media("print"), media(prefers_color_scheme="dark")."""
        named = [{"name": name.replace("_", "-"), "value": value}
                 for name, value in features.items()]
        self.tell("Emulation.setEmulatedMedia", media=kind, features=named)
        try:
            yield
        finally:
            self.tell("Emulation.setEmulatedMedia", media="", features=[])

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def all(self, selector, under=None):
        return (under or self.driver).find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector, under=None):
        return (under or self.driver).find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.one(selector).text

    def until(self, holds):
        return WebDriverWait(self.driver, 10, 0.05).until(lambda driver: holds())

    def complaints(self):
        return self.driver.get_log("browser")

    def named(self, selector, part, text, under=None):
        """The element whose part begins with this text."""
        found = self.script("""const [selector, part, text, under] = arguments;
            return [...(under || document).querySelectorAll(selector)].find((one) => {
                const name = one.querySelector(part);
                return name && name.textContent.startsWith(text);
            });""", selector, part, text, under)
        assert found, f"no {selector} with {text}"
        return found
