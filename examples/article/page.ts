const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** A page that shows everything the run wrote. */
export const page = (
  summary: string,
  figures: readonly (readonly [file: string, caption: string])[],
): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hard-swish with Keras, in chainrule</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.6rem; line-height: 1.2; }
  figure { margin: 2rem 0; }
  img { max-width: 100%; height: auto; display: block; }
  figcaption { opacity: 0.75; }
  pre { overflow-x: auto; font-size: 0.75rem; line-height: 1.25; }
</style>
<h1>Hard-swish with Keras, in chainrule</h1>
<p>What <code>npm run article</code> computed: the article's functions, its model, and its training.</p>
${figures.map(([file, caption]) => `<figure><img src="${file}" alt="${escape(caption)}"><figcaption>${escape(caption)}</figcaption></figure>`).join("\n")}
<h2>The model</h2>
<pre>${escape(summary)}</pre>
</html>
`;
