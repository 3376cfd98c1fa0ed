import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadTrace } from "../../src/stepper/index.ts";
import { executable } from "./browser.ts";
import { convnet } from "./stepper-convnet.ts";
import { StepperPages, type View } from "./stepper-page.ts";
import { bad, hostile, long, matrix, neuron, residual, sick, square } from "./stepper-traces.ts";

const traces = {
  neuron: neuron(),
  square: JSON.stringify(square()),
  matrix: JSON.stringify(matrix()),
  sick: JSON.stringify(sick()),
  residual: JSON.stringify(residual()),
  convnet: JSON.stringify(convnet()),
  hostile: hostile(),
  long: long(),
  broken: '{"format": "chainrule-trace", "version": 1, "loss": "<b>none</b>"}',
  words: "This is no JSON.",
};

let pages: StepperPages;

const open = (trace: keyof typeof traces | undefined, view?: View) => pages.open(trace, view);

describe.skipIf(executable === undefined)("<backprop-stepper> in Chromium", () => {
  beforeAll(async () => {
    pages = await StepperPages.start(traces);
  }, 60_000);
  afterAll(() => pages.close());

  describe.each(["light", "dark"] as const)("on %s paper", (scheme) => {
    describe.each([1280, 390])("%i pixels wide", (width) => {
      test.each([
        ["a neuron, predicting", "neuron", 'step="8" predict'],
        ["two contributions", "square", 'step="3"'],
        ["a broadcast sum", "matrix", 'step="9"'],
        ["NaN and zeros", "sick", 'step="8"'],
        ["a convolutional net", "convnet", 'step="79"'],
        ["an error", "broken", ""],
      ] as const)("axe finds nothing: %s", async (_, trace, attributes) => {
        const page = await open(trace, { width, scheme, attributes });
        expect(await page.violations()).toEqual([]);
        expect(page.problems).toEqual([]);
      });

      test("nothing sticks out to the side", async () => {
        const page = await open("convnet", { width, scheme, attributes: 'step="79"' });
        const over = "return document.documentElement.scrollWidth - document.documentElement.clientWidth;";
        expect(await page.run<number>(over)).toBe(0);
      });
    });
  });

  test("axe finds nothing in the outline, the keys and the parts of an op", async () => {
    const page = await open("residual", { attributes: 'step="3"' });
    await page.slider.focus();
    await page.press("?");
    await page.element.getByRole("button", { name: "outline" }).click();
    expect(await page.violations()).toEqual([]);
  });

  describe("goes", () => {
    test("from op to op, step to step, layer to layer, and to the ends, by keys", async () => {
      const page = await open("residual");
      const trace = loadTrace(traces.residual);
      const layers = trace.stretches("layer");
      const ops = trace.stretches("op");
      await page.slider.focus();
      await page.press("]");
      expect(await page.step()).toBe(layers[0]!.last);
      await page.press("]", "]");
      expect(await page.step()).toBe(layers[2]!.last);
      await page.press("[");
      expect(await page.step()).toBe(layers[1]!.last);
      await page.press("End");
      expect(await page.step()).toBe(trace.length - 1);
      await page.press("ArrowLeft");
      expect(await page.step()).toBe(ops.at(-2)!.last);
      await page.press("Shift+ArrowLeft");
      expect(await page.step()).toBe(ops.at(-2)!.last - 1);
      await page.press("Shift+ArrowRight", "Shift+ArrowRight");
      expect(await page.step()).toBe(ops.at(-2)!.last + 1);
      await page.press("ArrowRight");
      expect(await page.step()).toBe(trace.length - 1);
      await page.press("Home", "ArrowLeft");
      expect(await page.step()).toBe(0);
    });

    test("to the end of an op that was begun", async () => {
      const page = await open("square", { attributes: 'step="2"' });
      await page.slider.focus();
      await page.press("ArrowRight");
      expect(await page.step()).toBe(4);
    });

    test("where the slider is clicked, and by pages from layer to layer", async () => {
      const page = await open("residual");
      const { length } = loadTrace(traces.residual);
      const box = (await page.slider.boundingBox())!;
      await page.page.mouse.click(box.x + (box.width * 5.5) / length, box.y + 10);
      expect(await page.step()).toBe(5);
      expect(await page.slider.getAttribute("aria-valuetext")).toBe(
        `step 6 of ${length}, forward, ${loadTrace(traces.residual).nodes[loadTrace(traces.residual).steps[5]!.node]!.label}`,
      );
      await page.press("PageDown");
      expect(await page.step()).toBeLessThan(5);
    });

    test("where the property and the methods say, and sends events for the methods", async () => {
      const page = await open("neuron");
      await page.run(
        "element.step = 3; await element.updateComplete; element.next(); element.last(); element.last();",
      );
      expect(await page.step()).toBe(11);
      expect(await page.sent()).toEqual([
        { type: "step", detail: { index: 4 } },
        { type: "step", detail: { index: 11 } },
      ]);
      await page.run("element.step = 99;");
      expect(await page.step()).toBe(11);
    });

    test("on to breakpoints", async () => {
      const page = await open("sick");
      const nonFinite = loadTrace(traces.sick).find({ nonFinite: true });
      await page.slider.focus();
      await page.press("ArrowRight", "b", "Home", "c");
      expect(await page.step()).toBe(1);
      await page.press("b");
      await page.element.getByLabel("Break at").selectOption("NaN or infinite");
      await page.slider.focus();
      await page.press("Home", "c");
      expect(await page.step()).toBe(nonFinite[0]);
    });

    test("to a node that is clicked, and to a line of the program", async () => {
      const page = await open("neuron", { attributes: 'step="11"' });
      await page.element.locator('[data-node="7"] text').first().click();
      const trace = loadTrace(traces.neuron);
      expect(trace.steps[await page.step()]!.node).toBe(7);
      expect(await page.step()).toBeGreaterThanOrEqual(trace.turn);
      await page.element.locator(".code li").nth(2).click();
      expect(await page.element.locator(".code .lit").innerText()).toContain("square()");
    });
  });

  describe("shows", () => {
    test("rule, numbers and ledger of a step, and says them", async () => {
      const page = await open("square", { attributes: 'step="3"' });
      const math = page.element.locator(".formula math");
      expect(await math.allTextContents()).toEqual(["b¯=y¯·a", "=1·3", "=3"]);
      expect(await page.explanation()).toContain("contribution 2 of 2 to x");
      const said = await page.element.locator("[aria-live].spoken").textContent();
      expect(said).toContain("step 4 of 5, backward, mul. back through mul: what b (x) gets.");
    });

    test("both edges of x · x, and how much has arrived", async () => {
      const page = await open("square", { attributes: 'step="2"' });
      expect(await page.element.locator(".edge").count()).toBe(2);
      const list = page.element.locator(".contributions li");
      expect(await list.allInnerTexts()).toEqual([
        expect.stringMatching(/mul, as a\s*3/),
        expect.stringMatching(/mul, as b\s*not yet/),
        expect.stringMatching(/1 of 2 arrived, total so far\s*3/),
      ]);
      await page.run("element.last();");
      expect(await list.last().innerText()).toMatch(/2 of 2 arrived, total\s*6/);
    });

    test("what is not yet known otherwise than zeros", async () => {
      const page = await open("sick", { attributes: 'step="4"' });
      const node = page.element.locator('[data-node="0"]');
      expect(await node.textContent()).toContain("not yet");
      await page.run("element.last();");
      expect(await node.textContent()).not.toContain("not yet");
    });

    test("marks in the strip where numbers are not finite, and where all are zero", async () => {
      const page = await open("sick");
      const trace = loadTrace(traces.sick);
      expect(await page.element.locator(".mark.bad").count()).toBe(trace.find({ nonFinite: true }).length);
      expect(await page.element.locator(".mark.dead").count()).toBe(trace.find({ zero: true }).length);
    });

    test("the cell that is picked, by pointer and by keys", async () => {
      const page = await open("matrix", { attributes: 'step="1"' });
      const trace = loadTrace(traces.matrix);
      expect(trace.nodes[trace.steps[1]!.node]!.label).toBe("add");
      const map = page.element.locator("backprop-tensor .map").first();
      const box = (await map.locator("svg").boundingBox())!;
      await page.page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.75);
      const readout = page.element.locator("backprop-tensor .readout").first();
      expect(await readout.innerText()).toBe("cell [1, 1] = 7");
      expect(await page.explanation()).toContain("at cell [1, 1]");
      await map.focus();
      await page.press("ArrowUp", "ArrowRight");
      expect(await readout.innerText()).toBe("cell [0, 2] = 2");
      expect(await page.explanation()).toContain("at cell [0, 2]");
      expect(await page.step()).toBe(1);
    });

    test("other planes of a tensor of four axes", async () => {
      const page = await open("convnet", { attributes: 'step="1"' });
      const tensor = page.element.locator("backprop-tensor").first();
      await tensor.locator(".map").focus();
      await page.press("ArrowDown");
      const before = await tensor.locator(".readout").innerText();
      await tensor.getByLabel("axis 3").selectOption({ index: 1 });
      expect(await tensor.locator(".readout").innerText()).not.toBe(before);
    });

    test("an activation with its derivative where it is used", async () => {
      const page = await open("neuron", { attributes: 'step="8"' });
      expect(await page.element.getByRole("img", { name: /^silu and its derivative/ }).count()).toBe(1);
      await page.run("element.next();");
      expect(await page.element.getByRole("img", { name: /^silu and its derivative/ }).count()).toBe(0);
    });

    test("only the layer of the step open, and a rail around what is skipped", async () => {
      const page = await open("residual", { attributes: 'step="2"' });
      expect(await page.element.locator(".open-layer").count()).toBe(1);
      expect(await page.element.locator(".arc").count()).toBeGreaterThan(0);
      const name = await page.element.locator(".open-layer").getAttribute("data-layer");
      await page.run("element.nextLayer();");
      expect(await page.element.locator(".open-layer").getAttribute("data-layer")).not.toBe(name);
    });

    test("cell by cell what a convolution does, where that is opened", async () => {
      const page = await open("convnet");
      const windows = page.element.locator("window-panel");
      expect(await windows.count()).toBe(0);
      await page.element.getByText("Cell by cell").click();
      expect(await windows.locator("h3").innerText()).toMatch(/^conv2d: /);
      const trace = loadTrace(traces.convnet);
      await page.run(`element.step = ${trace.find({ op: "relu" })[0]};`);
      expect(await windows.count()).toBe(0);
      await page.run(`element.step = ${trace.find({ op: "maxPool2d" })[0]};`);
      expect(await windows.locator("h3").innerText()).toMatch(/^max_?pool/i);
      expect(await page.violations()).toEqual([]);
    });

    test("the open layer in sight, and leaves the pane where it is moved otherwise", async () => {
      const page = await open("convnet");
      const inSight = `
        const pane = element.shadowRoot.querySelector(".graph").getBoundingClientRect();
        const card = element.shadowRoot.querySelector(".open-layer").getBoundingClientRect();
        return card.top >= pane.top && card.top < pane.bottom;`;
      await page.run("element.step = 60; await element.updateComplete;");
      expect(await page.run<boolean>(inSight)).toBe(true);
      const scroll = "return element.shadowRoot.querySelector('.graph').scrollTop;";
      await page.run("element.shadowRoot.querySelector('.graph').scrollTop = 0;");
      await page.run("element.toggleHelp(); await element.updateComplete;");
      expect(await page.run<number>(scroll)).toBe(0);
      await page.run("element.nextStep(); await element.updateComplete;");
      expect(await page.run<boolean>(inSight)).toBe(true);
      expect(await page.run<number>(scroll)).toBeGreaterThan(0);
    });

    test("the parts of an op, until they are left", async () => {
      const page = await open("neuron", { attributes: 'step="8"' });
      await page.slider.focus();
      await page.press("o");
      expect(await page.text()).toContain("The parts of silu.");
      const within = await page.slider.getAttribute("aria-valuetext");
      await page.press("Shift+ArrowRight");
      expect(await page.slider.getAttribute("aria-valuetext")).not.toBe(within);
      await page.press("o");
      expect(await page.step()).toBe(8);
      expect(await page.sent()).toEqual([]);
      await page.run("element.step = 4; await element.updateComplete; element.toggleParts();");
      expect(await page.element.getByRole("status").innerText()).toBe("No parts are known of square.");
    });
  });

  describe("predicting", () => {
    const hiddenNumber = "1.302";

    test("shows no number of the step before it is revealed", async () => {
      const page = await open("neuron", { attributes: 'step="6" predict' });
      expect(await page.text()).not.toContain(hiddenNumber);
      expect(await page.element.locator(".spoken").textContent()).not.toContain(hiddenNumber);
      await page.slider.focus();
      await page.press("Space");
      expect(await page.text()).toContain(hiddenNumber);
      expect(await page.sent()).toEqual([{ type: "reveal", detail: { index: 6 } }]);
    });

    test.each([
      ["− negative", true],
      ["+ positive", false],
    ])("judges %s", async (choice, right) => {
      const page = await open("neuron", { attributes: 'step="6" predict' });
      await page.element.getByRole("radio", { name: choice }).check();
      await page.element.getByRole("button", { name: "Reveal" }).click();
      expect(await page.sent()).toEqual([
        { type: "answer", detail: { about: "sign", guessed: right ? "-" : "+", right } },
        { type: "reveal", detail: { index: 6 } },
      ]);
      expect(await page.text()).toContain(right ? "Right: it is negative" : "Not so: it is negative");
    });

    test("goes on to the next question, and not back to those that were answered", async () => {
      const page = await open("neuron", { attributes: 'step="6" predict' });
      await page.slider.focus();
      await page.press("ArrowRight");
      expect(await page.step()).toBe(6);
      await page.press("Space");
      expect(await page.step()).toBe(7);
      expect(await page.element.getByRole("button", { name: "Reveal" }).count()).toBe(1);
      await page.press("p");
      expect(await page.element.getByRole("button", { name: "Reveal" }).count()).toBe(0);
      await page.press("p");
      await page.press("Shift+ArrowLeft");
      expect(await page.element.getByRole("button", { name: "Reveal" }).count()).toBe(0);
    });

    test("leaves Space to the buttons that have the focus", async () => {
      const page = await open("neuron", { attributes: 'step="6" predict' });
      const button = page.element.getByRole("button", { name: "outline" });
      await button.focus();
      await page.press("Space");
      expect(await button.getAttribute("aria-pressed")).toBe("true");
      expect(await page.sent()).toEqual([]);
    });

    test("leaves the keys at work where the button goes that was pressed", async () => {
      const page = await open("neuron", { attributes: 'step="6" predict' });
      await page.element.getByRole("button", { name: "Reveal" }).focus();
      await page.press("Enter", "ArrowRight");
      expect(await page.step()).toBe(7);
    });

    test("draws no bar of what is still to come", async () => {
      const page = await open("neuron", { attributes: 'step="6" predict' });
      const { turn } = loadTrace(traces.neuron);
      const bars = async () =>
        (await page.element.locator(".backward").getAttribute("d"))!.split("M").length - 1;
      expect(await bars()).toBe(6 - turn);
      await page.run("element.reveal();");
      expect(await bars()).toBe(7 - turn);
    });

    test("asks for the shape where broadcasting is undone", async () => {
      const at = loadTrace(traces.matrix).find({ phase: "sum" })[0]!;
      const page = await open("matrix", { attributes: `step="${at}" predict` });
      await page.element.getByRole("radio", { name: "[3]", exact: true }).check();
      await page.press("Tab", "Space");
      expect((await page.sent())[0]).toEqual({
        type: "answer",
        detail: { about: "shape", guessed: "[3]", right: true },
      });
    });
  });

  test("the outline says what the graph shows, and goes there", async () => {
    const page = await open("residual");
    const tree = page.element.getByRole("tree");
    const items = tree.getByRole("treeitem");
    const layers = await items.evaluateAll(
      (all) => all.filter((one) => one.getAttribute("aria-level") === "1").length,
    );
    expect(layers).toBe(await page.element.locator("[data-layer]").count());
    await items.first().focus();
    expect(await tree.isVisible()).toBe(true);
    await page.press("End", "ArrowUp", "Enter");
    expect(await page.step()).toBeGreaterThan(0);
    const focused = "return element.shadowRoot.activeElement.shadowRoot.activeElement.textContent;";
    await page.press("Home", "ArrowRight", "ArrowRight");
    const inside = await page.run<string>(focused);
    await page.press("ArrowLeft");
    expect(await page.run<string>(focused)).not.toBe(inside);
  });

  test("the focus stays in the outline when the layer of the item closes", async () => {
    const { turn } = loadTrace(traces.residual);
    const page = await open("residual", { attributes: `step="${turn + 1}"` });
    const current = page.element.locator('[role="treeitem"][aria-current]');
    await current.focus();
    expect(await current.getAttribute("aria-level")).toBe("2");
    await page.run("element.first(); await element.updateComplete;");
    const focused = "return element.shadowRoot.activeElement.shadowRoot.activeElement.textContent;";
    expect(await page.run<string>(focused)).toBe(await current.textContent());
  });

  test("a hostile trace is shown as text", async () => {
    const page = await open("hostile", { attributes: "predict" });
    for (let i = 0; i < 14; i++) {
      await page.run("element.nextStep(); await element.updateComplete;");
      expect(await page.element.locator(".problem").count()).toBe(0);
    }
    await page.element.getByRole("button", { name: "outline" }).click();
    expect(await page.text()).toContain(bad);
    expect(await page.element.locator("img, script").count()).toBe(0);
    expect(await page.run("return window.pwned;")).toBeUndefined();
    expect(page.problems).toEqual([]);
  });

  test("of a very long program and graph, only what is around the step is written", async () => {
    const page = await open("long", { attributes: 'step="1200"' });
    expect(await page.element.locator(".code li").count()).toBe(500);
    expect(await page.element.locator(".code .lit").innerText()).toBe("line 50000");
    const items = page.element.getByRole("treeitem");
    expect(await items.count()).toBe(300);
    expect(await page.element.locator('[role="treeitem"][aria-current]').count()).toBe(1);
    expect(await page.element.locator("[data-node]").count()).toBeLessThanOrEqual(40);
    await page.slider.focus();
    await page.press("End");
    expect(await page.step()).toBe(loadTrace(traces.long).length - 1);
  });

  test.each([
    ["broken", "trace.loss"],
    ["words", "this is no JSON"],
    ["missing", "404"],
  ])("what cannot be loaded (%s) is said, and the next trace shown", async (name, message) => {
    const page = await pages.open(name);
    const alert = page.element.getByRole("alert");
    expect(await alert.innerText()).toContain(message);
    expect(await alert.locator("b").count()).toBe(0);
    await page.run('element.src = "/square";');
    await page.slider.waitFor();
    expect(await alert.count()).toBe(0);
    expect(page.problems).toEqual([]);
  });

  test("a trace that was recorded in the page is stepped through, and another after it", async () => {
    const page = await open(undefined);
    await page.run('window.traces = await import("/traces.js"); element.trace = traces.square();');
    await page.slider.waitFor();
    await page.run("element.last();");
    expect(await page.element.locator(".contributions li").last().innerText()).toMatch(/total\s*6/);
    await page.run("element.step = 1; element.trace = traces.residual(); await element.updateComplete;");
    expect(await page.step()).toBe(1);
    expect(await page.element.locator("[data-layer]").count()).toBeGreaterThan(3);
    await page.run("element.trace = undefined; await element.updateComplete;");
    expect(await page.slider.count()).toBe(0);
    expect(page.problems).toEqual([]);
  });

  test("the theme can be given", async () => {
    const page = await open("square", { scheme: "dark", attributes: 'theme="light"' });
    const paper = "return getComputedStyle(element.shadowRoot.getElementById('stepper')).backgroundColor;";
    expect(await page.run<string>(paper)).toBe("rgb(255, 255, 255)");
    await page.run("element.theme = 'auto'; await element.updateComplete;");
    expect(await page.run<string>(paper)).toBe("rgb(13, 17, 23)");
  });

  test("steps of the article's net are drawn one by one", async () => {
    const page = await open("convnet");
    const times = await page.run<number[]>(`
      for (let i = 1; i < element.trace.length; i++) {
        performance.mark("before");
        element.nextStep();
        await element.updateComplete;
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        performance.measure("step", "before");
      }
      return performance.getEntriesByName("step").map(({ duration }) => duration);`);
    expect(times.length).toBe(loadTrace(traces.convnet).length - 1);
    const sorted = times.sort((a, b) => a - b);
    const at = (share: number) => `${sorted[Math.floor((sorted.length - 1) * share)]!.toFixed(0)} ms`;
    console.log(`A step of the article's net on screen: median ${at(0.5)}, 95 of 100 within ${at(0.95)}`);
  }, 60_000);
});
