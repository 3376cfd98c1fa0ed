/// <reference lib="dom" />
// The lessons page: a list, and a lesson with its questions, its program and the stepper.
import { html, nothing, render, type TemplateResult } from "lit";
import { type Theme, themes } from "../../plot/theme.ts";
import { digits } from "../lessons/scene.ts";
import { texts } from "../lessons/texts.ts";
import { pictureStyle } from "../pictures/style.ts";
import type { BackpropStepper } from "../web/stepper.ts";
import "../web/index.ts";
import { actionFor } from "../web/keys.ts";
import { comparison } from "./comparison.ts";
import { editor } from "./editor.ts";
import { packed, readLink, unpacked, writeLink } from "./link.ts";
import { photos } from "./photos.ts";
import { quiz } from "./quiz.ts";
import { RunError, Runner } from "./runner.ts";
import { lossOf, Session } from "./state.ts";

/** What the page is doing with the program. */
type Phase = "idle" | "running" | "asking";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

class Page {
  readonly #root: HTMLElement;
  readonly #runner = new Runner();
  #session: Session | undefined;
  #phase: Phase = "idle";
  #problem: { readonly message: string; readonly line: number | undefined } | undefined;
  #note = "";
  #theme: Theme = "auto";

  constructor(root: HTMLElement) {
    this.#root = root;
    root.replaceChildren();
    addEventListener("hashchange", () => void this.#follow());
    document.addEventListener("keydown", (event) => this.#key(event));
    void this.#follow();
  }

  /** Shows what the address says. A program in it is shown, but not run: that is for the reader to decide. */
  async #follow(): Promise<void> {
    const { lesson: name, code, step } = readLink(location.hash);
    this.#runner.stop();
    this.#problem = undefined;
    this.#session = undefined;
    if (code !== undefined) return this.#openCode(code, step);
    const lesson = texts.find((text) => text.name === name);
    if (name !== undefined && lesson === undefined) {
      this.#problem = { message: `there is no lesson “${name}”`, line: undefined };
    }
    if (lesson === undefined) return this.#update();
    this.#session = new Session({ lesson });
    await this.#run(step);
  }

  async #openCode(code: string, step: number | undefined): Promise<void> {
    try {
      this.#session = new Session({ code: await unpacked(code) });
      this.#session.step = step ?? 0;
      this.#phase = "asking";
    } catch (error) {
      this.#problem = {
        message: `the program in this link cannot be read: ${messageOf(error)}`,
        line: undefined,
      };
    }
    this.#update();
  }

  /** Runs the program in the editor. */
  async #run(step?: number): Promise<void> {
    const session = this.#session!;
    const { source } = session;
    this.#phase = "running";
    this.#problem = undefined;
    this.#note = "";
    this.#update();
    try {
      const trace = await this.#runner.run(source);
      if (session !== this.#session) return;
      session.show(trace, step);
    } catch (error) {
      if (session !== this.#session) return;
      this.#problem = { message: messageOf(error), line: error instanceof RunError ? error.line : undefined };
    }
    this.#phase = "idle";
    this.#update();
  }

  /** The arrows go through the steps from anywhere on the page; the other keys are the stepper's alone. */
  #key(event: KeyboardEvent): void {
    const stepper = this.#root.querySelector<BackpropStepper>("backprop-stepper");
    const action = event.key.startsWith("Arrow") ? actionFor(event) : undefined;
    if (stepper === null || action === undefined) return;
    event.preventDefault();
    stepper[action]();
  }

  #focus(selector: string): void {
    this.#root.querySelector<HTMLElement>(selector)?.focus();
  }

  #edit(source: string): void {
    this.#session!.source = source;
    this.#note = "";
    this.#update();
  }

  #stepped(index: number): void {
    this.#session!.step = index;
    this.#update();
  }

  async #share(): Promise<void> {
    const { lesson, source, step } = this.#session!;
    const link =
      source === lesson?.source ? { lesson: lesson.name, step } : { code: await packed(source), step };
    const address = new URL(writeLink(link), location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      this.#note = "The link is copied.";
    } catch {
      history.replaceState(null, "", address);
      this.#note = "The link is in the address bar.";
    }
    this.#update();
  }

  #update(): void {
    const session = this.#session;
    document.title = session ? `${session.lesson?.title ?? "A program"} · chainrule` : "Lessons · chainrule";
    document.documentElement.dataset.theme = this.#theme;
    render(
      html`<style>${pictureStyle("page", this.#theme)}</style>
        ${this.#header()}
        <main>${session === undefined ? this.#index() : this.#lesson(session)}</main>`,
      this.#root,
    );
    this.#root.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #header(): TemplateResult {
    const next = themes[(themes.indexOf(this.#theme) + 1) % themes.length]!;
    const turn = () => {
      this.#theme = next;
      this.#update();
    };
    return html`<header>
      <a class="home" href="#">chainrule <span>lessons</span></a>
      <nav aria-label="Lessons">
        ${texts.map(
          ({ name, title }) => html`<a href=${writeLink({ lesson: name })} title=${title}
            aria-current=${this.#session?.lesson?.name === name ? "page" : nothing}>${name}</a>`,
        )}
      </nav>
      <button class="theme" @click=${turn} aria-label="Theme: ${this.#theme}; change to ${next}">◐ ${this.#theme}</button>
    </header>`;
  }

  #index(): TemplateResult {
    return html`<div class="index">
      <h1>Step through a backward pass</h1>
      <p>Each lesson is a small program. It is run here, in your browser, and recorded: go through it op by op, forward and back,
        and see every local gradient with its formula and its numbers. Predict first, then look. Then change the program.</p>
      ${this.#alert()}
      <ol class="cards">
        ${texts.map(
          ({ name, title, summary }) => html`<li><a class="card" href=${writeLink({ lesson: name })}>
            <h2>${title}</h2><p>${summary}</p></a></li>`,
        )}
      </ol>
    </div>`;
  }

  #alert(): TemplateResult | typeof nothing {
    if (this.#problem === undefined) return nothing;
    return html`<p class="problem" role="alert">${this.#problem.message}</p>`;
  }

  #lesson(session: Session): TemplateResult {
    const { lesson, variation } = session;
    return html`<div class="title">
        <h1>${lesson?.title ?? "A program from a link"}</h1>
        <p>${variation ? html`<strong>Variation: ${variation.title}.</strong>` : (lesson?.summary ?? "")}</p>
        ${lesson?.source.includes("eightImages") ? photos() : nothing}
      </div>
      <div class="desk">
        <div class="left">
          ${this.#questions(session)}
          ${this.#program(session)}
        </div>
        <div class="right">${this.#stepper(session)}</div>
      </div>`;
  }

  #questions(session: Session): TemplateResult | typeof nothing {
    const { questions, turn, asked, trace } = session;
    if (questions.length === 0 || trace === undefined) return nothing;
    return html`${quiz({
      ...turn,
      count: questions.length,
      asked,
      choose: (answer) => {
        session.choose(answer);
        this.#update();
      },
      judge: () => {
        session.judge();
        this.#update();
        this.#focus(".quiz .next:enabled, .quiz .outcome");
      },
      move: (by) => {
        session.move(by);
        this.#update();
        this.#focus(".quiz fieldset");
      },
    })}
    ${this.#variations(session)}`;
  }

  #variations({ lesson, variation, source, original }: Session): TemplateResult | typeof nothing {
    if (lesson === undefined) return nothing;
    const open = (next: typeof variation) => {
      const before = this.#session?.trace;
      this.#session = new Session({ lesson, variation: next });
      this.#session.before = before;
      void this.#run();
    };
    const isChanged = source !== original;
    return html`<div class="variations" role="group" aria-label="Variations">
      <span>Try</span>
      <button aria-pressed=${variation === undefined && !isChanged} @click=${() => open(undefined)}>the program as it was</button>
      ${lesson.variations.map(
        (one) =>
          html`<button aria-pressed=${variation === one && !isChanged} @click=${() => open(one)}>${one.title}</button>`,
      )}
    </div>`;
  }

  #program(session: Session): TemplateResult {
    const running = this.#phase === "running";
    const run = () => void this.#run(this.#phase === "asking" ? session.step : undefined);
    return html`<section class="program" aria-label="Program">
      <div class="head">
        <h2>Program</h2>
        <span class="moves">
          <button @click=${() => void this.#share()}>Copy link</button>
          ${
            running
              ? html`<button class="main" @click=${() => this.#runner.stop()}>Stop</button>`
              : html`<button class=${session.source === session.ran ? "" : "main"} @click=${run} title="Ctrl+Enter">Run</button>`
          }
        </span>
      </div>
      ${
        this.#phase === "asking"
          ? html`<p class="notice" role="status">This program came with the link. Nothing of it has run: read it, and run it if you trust it.</p>`
          : nothing
      }
      ${editor({
        source: session.source,
        lit: session.line,
        wrong: session.source === session.ran ? undefined : this.#problem?.line,
        changed: session.changed,
        edit: (source) => this.#edit(source),
        run,
      })}
      ${this.#alert()}
      <p class="muted" role="status">${running ? "Running …" : this.#note || this.#result(session)}</p>
    </section>`;
  }

  /** The loss is told only beside the one before: it may be what a question is about. */
  /** The loss is told only beside the one before: it may be what a question is about. */
  #result({ trace, before }: Session): string {
    if (trace === undefined) return "";
    const losses =
      before === undefined ? "" : `; loss ${digits(lossOf(trace))}, before ${digits(lossOf(before))}`;
    return `${trace.length} steps${losses}`;
  }

  #stepper(session: Session): TemplateResult {
    const { trace, before, step, isTold } = session;
    if (trace === undefined)
      return html`<div class="empty">${this.#phase === "running" ? "Running …" : "No trace yet."}</div>`;
    return html`<backprop-stepper .trace=${trace} .step=${step} theme=${this.#theme}
      @step=${({ detail }: CustomEvent<{ index: number }>) => this.#stepped(detail.index)}></backprop-stepper>
      ${isTold ? comparison(before, trace, this.#theme) : nothing}`;
  }
}

new Page(document.querySelector<HTMLElement>("#page")!);
