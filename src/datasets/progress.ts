/** How far a dataset is on its way. */
export interface DatasetProgress {
  /** `"cifar10"` */
  readonly dataset: string;
  readonly step: "download" | "unpack";
  /** Bytes of a download, files of an archive. */
  readonly done: number;
  readonly total: number;
}

export type OnProgress = (event: DatasetProgress) => void;

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const mega = (bytes: number): number => Math.round(bytes / 1e6);

function textOf({ dataset, step, done, total }: DatasetProgress): string {
  const percent = `${Math.floor((100 * done) / total)} %`.padStart(5);
  return step === "download"
    ? `Downloading ${dataset} ${percent}  ${mega(done)}/${mega(total)} MB`
    : `Unpacking ${dataset} ${percent}  ${done}/${total} files`;
}

/**
 * Writes progress: on a terminal, a line for each step that is written over; elsewhere, a line at the start and one
 * at the end.
 */
export function progressLines(output: Output): OnProgress {
  let last = "";
  return (event) => {
    const text = textOf(event);
    const ends = event.done === event.total;
    if (text === last || !(output.isTTY || ends || event.done === 0)) return;
    last = text;
    output.write(output.isTTY ? `\x1b[K${text}${ends ? "\n" : "\r"}` : `${text}\n`);
  };
}
