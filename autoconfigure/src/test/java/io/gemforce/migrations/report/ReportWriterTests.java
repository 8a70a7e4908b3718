package io.gemforce.migrations.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.gemforce.migrations.MigrationState;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReportWriter}.
 */
class ReportWriterTests {

	private static final PageFrame FRAME = PageFrame.at("migrations", 1);

	@ParameterizedTest
	@ValueSource(strings = { "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
			"</style><script>alert(1)</script>" })
	void showsMarkupAsText(String text) {
		for (Report report : SampleReports.all(text)) {
			String page = HtmlReports.write(report, framed(text));
			assertThat(page).doesNotContain(text)
				.doesNotContain("<img")
				.doesNotContainPattern("<[a-z][^>]* on[a-z]+=")
				.containsOnlyOnce("<script>")
				.containsOnlyOnce("</script>");
		}
	}

	@Test
	void takesNoTextForATemplate() {
		for (Report report : SampleReports.all("{{#problems}}{{{.}}}")) {
			assertThat(HtmlReports.write(report)).contains("{{#problems}}{{{.}}}");
		}
	}

	@ParameterizedTest
	@EnumSource(ReportFormat.class)
	void showsWhatCouldNotBeSeen(ReportFormat format) {
		for (Report report : SampleReports.all("a\u202Eb\u0000c\u001B[31md\u200B")) {
			String written = ReportWriter.write(report, format);
			assertThat(written.chars().filter((character) -> character < ' ' && character != '\n' && character != '\t'))
				.isEmpty();
			if (format != ReportFormat.JSON) {
				assertThat(written).doesNotContain("\u202E", "\u200B");
				String markdown = (format == ReportFormat.MARKDOWN) ? "\\" : "";
				assertThat(written).containsAnyOf("[U+202E]", markdown + "[U+202E" + markdown + "]");
			}
		}
	}

	@ParameterizedTest
	@EnumSource(value = ReportFormat.class, names = { "TEXT", "HTML", "MARKDOWN" })
	void cutsWhatIsTooLongWithANote(ReportFormat format) {
		String written = ReportWriter.write(SampleReports.job("x".repeat(100_000)), format);
		if (format == ReportFormat.TEXT) {
			assertThat(written.length()).isGreaterThan(100_000);
		}
		else {
			assertThat(written).contains("… (80000 more characters)").hasSizeLessThan(150_000);
		}
	}

	@Test
	void keepsARowOfATableOnOneLine() {
		String table = ReportWriter.write(SampleReports.history("a|b\nc"), ReportFormat.MARKDOWN);
		assertThat(table.lines().filter((line) -> line.startsWith("| 6"))).singleElement()
			.asString()
			.contains("a\\|b<br>c");
	}

	@Test
	void mentionsNobodyAndLinksNowhereInMarkdown() {
		for (Report report : SampleReports.all("@torvalds #1 [x](http://evil.example) www.evil.example")) {
			assertThat(ReportWriter.write(report, ReportFormat.MARKDOWN).replaceAll("(?s)```.*?```", ""))
				.doesNotContain("@torvalds", "#1 ", "[x](", "http://", "www.evil");
		}
	}

	@Test
	void leavesOutScripts() {
		assertThat(json(SampleReports.plan("a")).at("/steps/0/script").asString()).isEqualTo("a");
		PlanReport without = SampleReports.plan("a").withoutScripts();
		assertThat(json(without).at("/steps/0").has("script")).isFalse();
		assertThat(without.planHash()).isEqualTo(SampleReports.plan("a").planHash());
	}

	@Test
	void fencesAScriptThatHasAFence() {
		String plan = ReportWriter.write(SampleReports.plan("SELECT 1;\n```\n</details>"), ReportFormat.MARKDOWN);
		assertThat(plan).contains("````\nSELECT 1;\n```\n</details>\n````");
	}

	@Test
	void writesAPlanForAPullRequest() {
		String plan = ReportWriter.write(SampleReports.plan("add column total"), ReportFormat.MARKDOWN);
		assertThat(plan).startsWith("### Migration plan\n\n| # | Store | Id | Phase | Description | Notes |\n")
			.contains("| 1 | postgres | 6 | expand | add column total | up, no undo: add column total, lock: ",
					"| 2 | mongo | 6 | contract | add column total | up, touches about 2000, no transaction, "
							+ "**held back**: add column total |",
					"<details><summary>Step by step</summary>\n\n", "</details>\n",
					"planHash `" + SampleReports.plan("add column total").planHash() + "`")
			.doesNotContain("\n\n\n\n");
	}

	@Test
	void saysThatThereIsNothingToDo() {
		PlanReport plan = PlanReport.of(List.of());
		for (ReportFormat format : ReportFormat.values()) {
			assertThat(ReportWriter.write(plan, format)).isNotEmpty();
		}
		assertThat(ReportWriter.write(plan, ReportFormat.MARKDOWN)).contains("There is nothing to do.");
		assertThat(ReportWriter.write(plan, ReportFormat.HTML)).contains("There is nothing to do.");
	}

	@Test
	void letsABrowserRunItsOwnStyleAndScriptOnly() throws Exception {
		for (Report report : SampleReports.all("a")) {
			String page = HtmlReports.write(report, framed("a"));
			assertThat(page)
				.contains("content=\"default-src 'none'; style-src '%s'; script-src '%s'; connect-src 'self'; "
					.formatted(hash(page, "style"), hash(page, "script")));
			assertThat(page).doesNotContain("<link rel=\"stylesheet", "<script src", "style=\"", "http://", "https://",
					"javascript:");
		}
	}

	private static String hash(String page, String element) throws Exception {
		Matcher matcher = Pattern.compile("<%1$s>(.*?)</%1$s>".formatted(element), Pattern.DOTALL).matcher(page);
		assertThat(matcher.find()).isTrue();
		byte[] digest = MessageDigest.getInstance("SHA-256").digest(matcher.group(1).getBytes(StandardCharsets.UTF_8));
		assertThat(matcher.find()).isFalse();
		return "sha256-" + Base64.getEncoder().encodeToString(digest);
	}

	@Test
	void linksRelativelyToThePageOnly() {
		for (Report report : SampleReports.all("a")) {
			Matcher link = Pattern.compile("(?:href|action|src)=\"([^\"]*)\"")
				.matcher(HtmlReports.write(report, framed("a")).replace(HtmlReports.SCRIPT, ""));
			while (link.find()) {
				assertThat(link.group(1)).matches("#main|data:,|\\?.*|(\\.\\./)?migrations.*");
			}
			assertThat(HtmlReports.write(report)).doesNotContain("href=\"migrations", "href=\"..");
		}
	}

	@Test
	void looksAgainOnlyWhileSomethingIsGoingOn() {
		assertThat(HtmlReports.write(SampleReports.status("a"), FRAME)).contains("data-live=\"true\"",
				"<noscript><meta http-equiv=\"refresh\" content=\"10\"></noscript>");
		assertThat(HtmlReports.write(SampleReports.history("a"), FRAME)).contains("data-live=\"false\"")
			.doesNotContain("http-equiv=\"refresh\"");
	}

	@Test
	void saysStatesInWordsAndNotByColourAlone() {
		assertThat(HtmlReports.write(SampleReports.history("a"), FRAME))
			.contains("<span class=\"badge bad\"><i aria-hidden=\"true\">✗</i>failed</span>");
	}

	@Test
	void writesNumbersAndTimesAsPeopleReadThem() {
		String page = HtmlReports.write(SampleReports.status("a"), FRAME);
		assertThat(page).contains("<time datetime=\"2026-11-24 14:38:43Z\">2026-11-24 14:38:43Z</time>", "in 812 ms",
				"for 1 min 1 s", "<progress max=\"5\" value=\"1\"", "Migration 2 of 5, for 8.1 s");
	}

	@Test
	void writesTheNamesOfTheContractInJson() {
		JsonNode status = json(SampleReports.status("a"));
		assertThat(status.propertyNames()).containsExactly("status", "mode", "application", "snapshot", "run",
				"problems", "stores");
		assertThat(status.at("/run").propertyNames()).containsExactly("id", "trigger", "state", "startedAt",
				"elapsedMs", "store", "migration", "step", "steps");
		assertThat(status.at("/problems/0").propertyNames()).containsExactly("severity", "code", "store", "message",
				"action", "docs");
		assertThat(status.at("/problems/0/docs").asString()).isEqualTo("errors.md#checksum_mismatch");
		assertThat(status.at("/stores/mongo").propertyNames()).containsExactly("type", "engine", "enabled", "status",
				"currentVersion", "latestVersion", "counts", "lock", "hold");
		assertThat(json(SampleReports.history("a")).at("/migrations/0").propertyNames()).containsExactly("id", "rank",
				"version", "description", "type", "phase", "state", "checksum", "transactional", "startedAt",
				"finishedAt", "durationMs", "user", "host", "applicationVersion", "runId", "attempts", "undo",
				"requires", "blockedBy");
		assertThat(json(SampleReports.plan("a")).at("/steps/1").propertyNames()).containsExactly("store", "id",
				"description", "type", "phase", "direction", "summary", "touches", "locks", "transactional", "undo",
				"heldBack");
	}

	private static JsonNode json(Report report) {
		return JsonMapper.builder().build().readTree(ReportWriter.write(report, ReportFormat.JSON));
	}

	@Test
	void writesEveryReportInEveryFormat() {
		for (Report report : SampleReports.all("add column total")) {
			for (ReportFormat format : ReportFormat.values()) {
				assertThat(ReportWriter.write(report, format)).contains("add column total");
			}
		}
	}

	@Test
	void staysSmallWithAFullPage() {
		List<HistoryReport.Item> items = IntStream.range(0, HistoryQuery.DEFAULT_SIZE)
			.mapToObj((number) -> SampleReports.item("2026.11.24.%d".formatted(number),
					"a description of the usual length", MigrationState.APPLIED))
			.toList();
		HistoryReport report = new HistoryReport("mongo", SampleReports.history("a").status(),
				new HistoryReport.Page(50, 10_000, 9950L), items);
		assertThat(HtmlReports.write(report, FRAME).getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(60 * 1024);
	}

	private static PageFrame framed(String text) {
		HistoryQuery query = new HistoryQuery(Set.of(MigrationState.FAILED), null, text, 50, Long.MAX_VALUE);
		return FRAME.listing(query)
			.withPending(List.of(new PageFrame.Pending("mongo", SampleReports.item("7", text, MigrationState.PENDING))))
			.withOperations(List.of(new PageFrame.OperationHint("repair", text, text)));
	}

}
