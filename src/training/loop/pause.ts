let lastPause = 0;

/** Lets other work run, some sixty times a second. */
export async function pause(): Promise<void> {
  if (performance.now() - lastPause < 16) return;
  await new Promise((resolve) => setTimeout(resolve, 0));
  lastPause = performance.now();
}
