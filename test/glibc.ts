/** Whether the C library is glibc. */
export const glibc = process.platform === "linux" && "glibcVersionRuntime" in header();

function header(): object {
  return (process.report.getReport() as { header: object }).header;
}
