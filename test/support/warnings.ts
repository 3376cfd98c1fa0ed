import { afterEach, beforeEach, expect, vi } from "vitest";

/**
 * Collects the warnings of each test of a file. At its end there must be none left: a test that wants one takes it out.
 */
export function watchWarnings(): { taken(): string[] } {
  const said: string[] = [];
  beforeEach(() => {
    vi.spyOn(console, "warn").mockImplementation((text: unknown) => void said.push(String(text)));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    expect(said.splice(0), "warnings").toEqual([]);
  });
  return { taken: () => said.splice(0) };
}
