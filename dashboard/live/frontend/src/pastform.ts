/** The form that asks why the past is to be read. What is written in it goes to the server alone. */

import { make, put } from "./dom";
import type { Words } from "./marks";

export const REASONS = ["incident", "complaint", "officer_safety", "review", "training", "system"] as const;

const LEAST = 10;
const WORDS_OF_STATUS: Record<number, string> = { 400: "live.purpose_short", 401: "live.err_session", 403: "err.no_permission" };

export class PurposeForm {
  private readonly form: HTMLFormElement;
  private readonly title: HTMLElement;
  private readonly note: HTMLElement;
  private readonly reasonName: HTMLElement;
  private readonly reason: HTMLSelectElement;
  private readonly textName: HTMLElement;
  private readonly text: HTMLTextAreaElement;
  private readonly said: HTMLElement;
  private readonly ok: HTMLButtonElement;
  private readonly cancel: HTMLButtonElement;
  private words: Words = {};

  /** `state` resolves to 201 when the purpose is written down, else to the status it was refused with. */
  constructor(place: HTMLElement, private readonly needs: { state(reason: string, text: string): Promise<number>; closed(): void }) {
    this.form = make("form", "ssz-purpose", place);
    this.form.hidden = true;
    this.form.setAttribute("role", "dialog");
    this.title = make("h2", "", this.form);
    this.title.id = "ssz-purpose-title";
    this.form.setAttribute("aria-labelledby", this.title.id);
    this.note = make("p", "", this.form);
    const reason = make("label", "", this.form);
    this.reasonName = make("span", "", reason);
    this.reason = make("select", "", reason);
    const text = make("label", "", this.form);
    this.textName = make("span", "", text);
    this.text = make("textarea", "", text);
    this.text.rows = 3;
    this.text.maxLength = 500;
    this.text.required = true;
    this.said = make("p", "ssz-purpose-said", this.form);
    this.said.setAttribute("role", "alert");
    const foot = make("div", "", this.form);
    this.ok = make("button", "ssz-purpose-ok", foot);
    this.cancel = make("button", "", foot);
    this.cancel.type = "button";
    this.cancel.onclick = () => this.close();
    this.form.noValidate = true;
    this.form.onsubmit = (event) => {
      event.preventDefault();
      void this.send();
    };
    this.form.onkeydown = (event) => {
      if (event.key === "Escape") this.close();
      event.stopPropagation(); // keys of the page mean nothing in here
    };
  }

  retell(words: Words): void {
    this.words = words;
    put(this.title, words["live.purpose_title"] ?? "");
    put(this.note, words["live.purpose_note"] ?? "");
    put(this.reasonName, words["live.purpose_reason"] ?? "");
    put(this.textName, words["live.purpose_text"] ?? "");
    put(this.ok, words["live.purpose_ok"] ?? "");
    put(this.cancel, words["live.purpose_cancel"] ?? "");
    const chosen = this.reason.value;
    this.reason.replaceChildren(...REASONS.map((one) => new Option(words[`live.purpose_${one}`] ?? one, one, false, one === chosen)));
  }

  get open(): boolean {
    return !this.form.hidden;
  }

  show(): void {
    if (this.open) return;
    this.form.hidden = false;
    put(this.said, "");
    this.text.focus();
  }

  private close(): void {
    this.hide();
    this.needs.closed();
  }

  hide(): void {
    this.form.hidden = true;
    this.text.value = "";
  }

  private async send(): Promise<void> {
    if (this.text.value.trim().length < LEAST) {
      put(this.said, this.words["live.purpose_short"] ?? "");
      this.text.focus();
      return;
    }
    this.ok.disabled = true;
    const status = await this.needs.state(this.reason.value, this.text.value);
    this.ok.disabled = false;
    if (status === 201) this.hide();
    else put(this.said, this.words[WORDS_OF_STATUS[status] ?? "live.purpose_failed"] ?? `error ${status}`);
  }
}
