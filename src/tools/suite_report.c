#include "tools/suite_report.h"
#include <string.h>
#include <unistd.h>

void suite_report_begin(struct suite_report *report, unsigned count, bool tap)
{
    *report = (struct suite_report){.tap = tap, .count = count, .terminal = !tap && isatty(STDERR_FILENO)};
    if (tap)
        printf("TAP version 13\n1..%u\n", count);
}

/* A report's lines, each behind `before`. */
static void put_lines(FILE *to, const char *text, const char *before)
{
    while (text && *text) {
        const size_t size = strcspn(text, "\n");
        fprintf(to, "%s%.*s\n", before, (int)size, text);
        text += size + (text[size] == '\n');
    }
}

void suite_report_item(struct suite_report *report, const struct suite_item *item)
{
    static const char *const words[] = {"ok", "FAILED", "MISMATCH"};
    const bool passed = item->report.kind == VERDICT_PASSED;
    report->done++;
    report->failed += item->report.kind == VERDICT_FAILED;
    report->mismatched += item->report.kind == VERDICT_MISMATCH;
    report->updated += item->report.updated;
    if (report->terminal)
        fprintf(stderr, "\r\033[K");
    if (report->tap)
        printf("%s %u - %s\n", passed ? "ok" : "not ok", report->done, item->c.name);
    else
        printf("%-8s %s (%.1f s)\n", words[item->report.kind], item->c.name, item->seconds);
    put_lines(stdout, item->report.text, report->tap ? "# " : "    ");
    fflush(stdout);
    if (report->terminal && report->done < report->count)
        fprintf(stderr, "%u of %u, %u failed", report->done, report->count, report->failed + report->mismatched);
}

void suite_report_end(struct suite_report *report)
{
    const unsigned bad = report->failed + report->mismatched;
    FILE *to = report->tap ? stderr : stdout;
    fprintf(to, "%u cases: %u passed", report->count, report->count - bad);
    if (report->failed)
        fprintf(to, ", %u failed", report->failed);
    if (report->mismatched)
        fprintf(to, ", %u with another trace", report->mismatched);
    if (report->updated)
        fprintf(to, ", goldens of %u written anew", report->updated);
    fputc('\n', to);
}

/* ---- JUnit XML ---- */

/* Controls have no place in XML, whatever a guest prints. */
static void put_xml(FILE *to, const char *text)
{
    for (; text && *text; text++)
        switch (*text) {
        case '<': fputs("&lt;", to); break;
        case '>': fputs("&gt;", to); break;
        case '&': fputs("&amp;", to); break;
        case '"': fputs("&quot;", to); break;
        default:
            fputc((unsigned char)*text >= ' ' && (unsigned char)*text < 0x7f ? *text : *text == '\n' ? '\n' : '?', to);
        }
}

static void put_item(FILE *to, const struct suite_item *item)
{
    fputs("  <testcase classname=\"trapeze\" name=\"", to);
    put_xml(to, item->c.name);
    fprintf(to, "\" time=\"%.3f\"", item->seconds);
    if (item->report.kind == VERDICT_PASSED) {
        fputs("/>\n", to);
        return;
    }
    fprintf(to, ">\n    <failure message=\"%s\">",
            item->report.kind == VERDICT_MISMATCH ? "the trace differs" : "the case failed");
    put_xml(to, item->report.text);
    fputs("</failure>\n  </testcase>\n", to);
}

bool suite_report_junit(const struct suite_report *report, const char *file, const struct suite_item *item)
{
    FILE *to = fopen(file, "w");
    if (!to)
        return false;
    fprintf(to,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"trapeze\" tests=\"%u\" failures=\"%u\" errors=\"0\" time=\"%.3f\">\n",
            report->count, report->failed + report->mismatched, report->seconds);
    for (unsigned i = 0; i < report->count; i++)
        put_item(to, &item[i]);
    fputs("</testsuite>\n", to);
    const bool good = !ferror(to);
    return fclose(to) == 0 && good;
}
