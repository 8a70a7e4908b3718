package io.gemforce.migrations.pages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Chromium, which reports what pages log, what they ask for, and what people with
 * disabilities would miss.
 */
final class Browser implements AutoCloseable {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final Path profile;

	private final ChromeDriver driver;

	private Browser(Path chromium, Path chromedriver) throws IOException {
		this.profile = Files.createTempDirectory("chromium");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		logs.enable(LogType.PERFORMANCE, Level.ALL);
		ChromeOptions options = new ChromeOptions();
		options.setBinary(chromium.toFile());
		options.setCapability("goog:loggingPrefs", logs);
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
				"--user-data-dir=" + this.profile);
		ChromeDriverService service = new ChromeDriverService.Builder().usingDriverExecutable(chromedriver.toFile())
			.build();
		this.driver = new ChromeDriver(service, options);
	}

	/**
	 * Whether there is a browser to use.
	 * @return whether Debian's {@code chromium} and {@code chromium-driver} are installed
	 */
	static boolean isInstalled() {
		return find("chromium").isPresent() && find("chromedriver").isPresent();
	}

	static Browser start() throws IOException {
		return new Browser(find("chromium").orElseThrow(), find("chromedriver").orElseThrow());
	}

	private static Optional<Path> find(String program) {
		return Arrays.stream(System.getenv("PATH").split(":"))
			.map((directory) -> Path.of(directory, program))
			.filter(Files::isExecutable)
			.findFirst();
	}

	void open(String address) {
		this.driver.get(address);
	}

	void show(String scheme, int width, int height) {
		this.driver.manage().window().setSize(new Dimension(width, height));
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	String text() {
		return this.driver.findElement(By.tagName("body")).getText();
	}

	String background() {
		return this.driver.findElement(By.tagName("body")).getCssValue("background-color");
	}

	String banner() {
		return this.driver.findElement(By.cssSelector(".banner .badge")).getText();
	}

	void awaitText(String text) {
		new WebDriverWait(this.driver, Duration.ofSeconds(30)).until((page) -> text().contains(text));
	}

	void follow(String link) {
		this.driver.findElement(By.linkText(link)).click();
	}

	/**
	 * Mark the page, to see whether it is still the same one later.
	 */
	void mark() {
		this.driver.executeScript("window.marked = true");
	}

	boolean isMarked() {
		return Boolean.TRUE.equals(this.driver.executeScript("return window.marked === true"));
	}

	/**
	 * Return how far the page is wider than the window.
	 */
	long overflow() {
		return (Long) this.driver
			.executeScript("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
	}

	/**
	 * Return what was logged since this was asked last.
	 */
	List<String> complaints() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.map(LogEntry::getMessage)
			.toList();
	}

	/**
	 * Return what pages have asked for over the network since this was asked last.
	 */
	List<String> requests() {
		return this.driver.manage()
			.logs()
			.get(LogType.PERFORMANCE)
			.getAll()
			.stream()
			.map((entry) -> JSON.readTree(entry.getMessage()).at("/message"))
			.filter((message) -> message.at("/method").asString().equals("Network.requestWillBeSent"))
			.map((message) -> message.at("/params/request/url").asString())
			.filter((address) -> !address.matches("(data|about|blob|chrome|chrome-[a-z]+):.*"))
			.toList();
	}

	/**
	 * Return what people with disabilities would miss.
	 */
	List<String> barriers() {
		return new AxeBuilder().analyze(this.driver)
			.getViolations()
			.stream()
			.filter((rule) -> List.of("serious", "critical").contains(rule.getImpact()))
			.map(Browser::describe)
			.toList();
	}

	private static String describe(Rule rule) {
		return "%s: %s".formatted(rule.getId(), rule.getNodes());
	}

	/**
	 * Take a picture of the whole page.
	 */
	byte[] screenshot() {
		long height = (Long) this.driver.executeScript("return document.documentElement.scrollHeight");
		long width = (Long) this.driver.executeScript("return document.documentElement.clientWidth");
		Map<String, Object> picture = this.driver.executeCdpCommand("Page.captureScreenshot",
				Map.of("captureBeyondViewport", true, "clip",
						Map.of("x", 0, "y", 0, "width", width, "height", height, "scale", 1)));
		return Base64.getDecoder().decode(String.valueOf(picture.get("data")));
	}

	@Override
	public void close() throws IOException {
		this.driver.quit();
		FileSystemUtils.deleteRecursively(this.profile);
	}

	static JsonNode json(String text) {
		return JSON.readTree(text);
	}

}
