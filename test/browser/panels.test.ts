import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as c from "../../src/index.ts";
import { record, type Trace } from "../../src/stepper/index.ts";
import { panelOf } from "../../src/stepper/panels/panel.ts";
import { isAbsent, type Panel, type Scene, type State } from "../../src/stepper/panels/scene.ts";
import { spokenOf } from "../../src/stepper/panels/spoken.ts";
import { indices, spread } from "../support/cells.ts";
import { executable } from "./browser.ts";
import { type PanelPage, PanelPages, type View } from "./panel-page.ts";

const whole = (shape: readonly number[], seed: number) =>
  c.variable(indices(shape, seed, 9).sub(4), { dtype: "float32" });

const convolution = (image: readonly number[], kernel: readonly number[], attrs: object): Trace => {
  const [x, w] = [whole(image, 1), whole(kernel, 2)];
  return record(() => c.conv2d(x, w, attrs).square().mean());
};

/** A small network with all that has a panel. */
function network(): Trace {
  const layers = [
    c.Conv2D(3, 3, { padding: "same" }),
    c.BatchNormalization(),
    c.MaxPooling2D(2),
    c.AveragePooling2D(2),
  ];
  const x = c.variable(spread([2, 8, 8, 2], 3));
  return record(() => {
    const y = layers.reduce<c.Tensor>((value, layer) => layer(value, { training: true }), x);
    return y.square().mean();
  });
}

const step = (trace: Trace, op: string, phase: "forward" | "contribution" = "contribution"): number =>
  trace.find({ op, phase })[0]!;

const strided = convolution([1, 5, 5, 1], [3, 3, 1, 1], { padding: "same", strides: 2 });
const grouped = convolution([2, 6, 6, 4], [3, 3, 2, 6], { padding: "same", groups: 2 });
const small = convolution([1, 5, 5, 1], [3, 3, 1, 1], { padding: "same" });
const large = convolution([2, 48, 48, 2], [3, 3, 2, 2], { padding: "same", dilationRate: 2 });
const net = network();

const cases: readonly (readonly [name: string, trace: Trace, index: number])[] = [
  ["stride", strided, step(strided, "conv2d")],
  ["groups", grouped, step(grouped, "conv2d", "forward")],
  ["large images", large, step(large, "conv2d", "forward")],
  ["max pooling", net, step(net, "maxPool2d")],
  ["average pooling", net, step(net, "averagePool2d")],
  ["batch normalization", net, step(net, "variance")],
];

/** The model of a panel, as the page must show it. */
function modelOf(trace: Trace, index: number): { panel: Panel; scene: (state: State) => Scene } {
  const panel = panelOf(trace, index);
  if (panel === undefined || isAbsent(panel)) throw new Error("no panel");
  return {
    panel,
    scene: (state) => {
      const scene = panel.draw(state);
      if (isAbsent(scene)) throw new Error(scene.absent);
      return scene;
    },
  };
}

describe.skipIf(executable === undefined)("<window-panel> in Chromium", { timeout: 60_000 }, () => {
  let pages: PanelPages;
  let open: PanelPage[] = [];
  beforeAll(async () => {
    pages = await PanelPages.start();
  }, 60_000);
  afterAll(async () => {
    await pages.close();
  });
  afterEach(async () => {
    const problems = open.flatMap((one) => one.problems);
    for (const { page } of open) await page.close();
    open = [];
    expect(problems).toEqual([]);
  });

  const shown = async (trace: Trace, index: number, view: View = {}): Promise<PanelPage> => {
    const page = await pages.open(view);
    open.push(page);
    await page.show(JSON.stringify(trace), index);
    return page;
  };

  test.each(cases)(
    "%s: accessible in light and dark, and no wider than a phone",
    async (_, trace, index) => {
      for (const scheme of ["light", "dark"] as const) {
        const page = await shown(trace, index, { scheme, width: 390 });
        for (const tab of await page.panel.getByRole("tab").all()) {
          await tab.click();
          if (!(await tab.isEnabled())) continue;
          expect(await page.violations()).toEqual([]);
          expect(await page.overflow()).toBe(0);
        }
        expect(await page.violations()).toEqual([]);
        expect(await page.overflow()).toBe(0);
      }
    },
    120_000,
  );

  test("shows what the model says, and reads it", async () => {
    const index = step(small, "conv2d", "forward");
    const page = await shown(small, index);
    const { panel, scene } = modelOf(small, index);
    const { pictures, account } = scene(panel.start);
    expect(await page.spoken()).toBe(spokenOf(account!));
    expect(await page.panel.locator(".terms .product").allInnerTexts()).toHaveLength(account!.lines.length);
    for (const { id, rows } of pictures) {
      const lit = rows.flat().filter((one) => one.lit).length;
      expect(await page.lit(id)).toBe(lit);
      expect(await page.grid(id).getByRole("row").count()).toBe(rows.length);
    }
    expect(await page.lit("x")).toBe(9);
  });

  test("is gone through with keys: cells, tabs, ends of rows", async () => {
    const page = await shown(small, step(small, "conv2d"));
    await page.tab("Y").click();
    await page.grid("y").locator('[tabindex="0"]').focus();
    expect(await page.focused()).toMatch(/^Y\[0, 2, 2, 0\]: /);
    await page.page.keyboard.press("ArrowRight");
    await page.page.keyboard.press("ArrowUp");
    expect(await page.focused()).toMatch(/^Y\[0, 1, 3, 0\]: /);
    expect(await page.picked("y")).toMatch(/^Y\[0, 1, 3, 0\]: /);
    expect(await page.spoken()).toMatch(/^Y\[0, 1, 3, 0\] is the sum of 9 products/);
    await page.page.keyboard.press("End");
    expect(await page.focused()).toMatch(/^Y\[0, 1, 4, 0\]: /);
    expect(await page.spoken()).toMatch(/^Y\[0, 1, 4, 0\] is the sum of 6 products/);
    await page.page.keyboard.press("ArrowRight");
    expect(await page.focused()).toMatch(/^Y\[0, 1, 4, 0\]: /);
    await page.tab("Y").focus();
    await page.page.keyboard.press("ArrowRight");
    expect(await page.tab("dX").getAttribute("aria-selected")).toBe("true");
    expect(await page.page.evaluate("document.activeElement.shadowRoot.activeElement.innerText")).toBe("dX");
  });

  test("lights up what is under the pointer, and goes back", async () => {
    const page = await shown(small, step(small, "conv2d", "forward"));
    const before = await page.spoken();
    await page.square("y", 0, 0).hover();
    expect(await page.panel.locator(".account h4").innerText()).toBe(
      "Y[0, 0, 0, 0] is the sum of 4 products",
    );
    expect(await page.spoken()).toBe(before);
    await page.square("x", 1, 1).hover();
    expect(await page.lit("y")).toBe(4);
    await page.page.mouse.move(2, 2);
    expect(await page.picked("y")).toMatch(/^Y\[0, 2, 2, 0\]/);
    await page.square("x", 1, 1).click();
    await page.page.mouse.move(2, 2);
    expect(await page.picked("x")).toMatch(/^X\[0, 0, 0, 0\]/);
    expect(await page.spoken()).toContain("goes into 4 products of Y");
  });

  test("stamps one by one", async () => {
    const page = await shown(strided, step(strided, "conv2d"));
    await page.panel.getByRole("button", { name: "scatter" }).click();
    expect(await page.picked("y")).toMatch(/^dY\[0, 0, 0, 0\]/);
    await page.panel.getByRole("button", { name: "next stamp" }).click();
    expect(await page.picked("y")).toMatch(/^dY\[0, 0, 1, 0\]/);
    const slider = page.panel.getByRole("slider", { name: "stamps" });
    expect(await slider.getAttribute("aria-valuetext")).toBe("2 of 9 stamps");
    await slider.press("End");
    expect(await page.panel.getByRole("button", { name: "next stamp" }).isDisabled()).toBe(true);
    await page.square("x", 1, 1).click();
    expect(await page.panel.locator(".account").innerText()).toContain("the same sum, in another order");
  });

  test("chooses samples and channels, two of one group", async () => {
    const page = await shown(grouped, step(grouped, "conv2d", "forward"));
    await page.panel.getByRole("radio", { name: "out channel 4" }).check({ force: true });
    expect(await page.panel.getByRole("radio", { name: "in channel 2" }).isChecked()).toBe(true);
    expect(await page.picked("y")).toMatch(/^Y\[0, 2, 2, 4\]/);
    await page.panel.getByRole("radio", { name: "sample 0" }).press("ArrowRight");
    expect(await page.picked("y")).toMatch(/^Y\[1, 2, 2, 4\]/);
  });

  test("shows a part of a large picture, which follows the keys", async () => {
    const page = await shown(large, step(large, "conv2d", "forward"));
    expect(await page.grid("y").getByRole("row").count()).toBe(36);
    await page.grid("y").locator('[tabindex="0"]').focus();
    for (let i = 0; i < 22; i++) await page.page.keyboard.press("ArrowDown");
    expect(await page.focused()).toMatch(/^Y\[0, 45, 23, 0\]/);
    expect(await page.spoken()).toMatch(/^Y\[0, 45, 23, 0\] is the sum of 18 products/);
  });

  test("says what has not arrived, and where to go", async () => {
    const page = await shown(small, step(small, "conv2d", "forward"));
    await page.tab("dW").click();
    const target = step(small, "conv2d");
    await page.panel.getByRole("button", { name: `Go to step ${target}` }).click();
    expect(await page.sent()).toEqual([{ step: target }]);
  });

  test("is empty at other steps, and takes names as text", async () => {
    const page = await shown(small, step(small, "square", "forward"));
    expect(await page.panel.locator("h3").count()).toBe(0);
    const saved = small.toJSON();
    const nodes = saved.nodes.map((node) => ({ ...node, label: "<img src=x onerror=alert(1)>" }));
    await page.show(JSON.stringify({ ...saved, nodes }), step(small, "conv2d"));
    expect(await page.panel.locator("h3").innerText()).toContain("<img src=x onerror=alert(1)>: kernel 3×3");
    expect(await page.panel.locator("img").count()).toBe(0);
  });

  test("moves nothing for those who want no motion", async () => {
    const duration = async (motion: "reduce" | "no-preference") => {
      const page = await shown(small, step(small, "conv2d"), { motion });
      return await page.page.evaluate(
        `getComputedStyle(document.querySelector("window-panel").shadowRoot.querySelector(".square")).transitionDuration`,
      );
    };
    expect(await duration("reduce")).toBe("0s");
    expect(await duration("no-preference")).not.toBe("0s");
  });
});
