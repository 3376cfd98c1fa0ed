/** What a probe tells the process that started it: one line of JSON. */
export const tell = (found: object): void => console.log(JSON.stringify(found));

/** The most memory that this process has had, in bytes. */
export const peak = (): number => 1024 * process.resourceUsage().maxRSS;
