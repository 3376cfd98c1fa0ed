/** How far to move to bring a stretch into a frame: as little as needed, and its start if it is too long. */
function shift([from, to]: readonly [number, number], [start, end]: readonly [number, number]): number {
  const [before, after] = [from - start - 16, to - end + 16];
  if (before < 0 || to - from > end - start - 32) return before;
  return Math.max(after, 0);
}

/** Brings a part of a pane into sight by scrolling the pane, and nothing around it. */
export function scrollTo(pane: Element, target: Element): void {
  const [frame, box] = [pane.getBoundingClientRect(), target.getBoundingClientRect()];
  pane.scrollTop += shift([box.top, box.bottom], [frame.top, frame.bottom]);
  pane.scrollLeft += shift([box.left, box.right], [frame.left, frame.right]);
}
