// How cards look here: close to Teams, in light and dark. Numbers are pixels.

const LIGHT = {
  text: "#242424", subtle: "#5c5c5c", accent: "#4f52b2", good: "#0e700e", warning: "#8a4b00", attention: "#b10e1c",
  back: "#ffffff", emphasis: "#f5f5f5", goodBack: "#e9f6e9", attentionBack: "#fdf0f1", warningBack: "#fff6ea", accentBack: "#ededfa", line: "#e0e0e0",
};
const DARK = {
  text: "#ffffff", subtle: "#c4c4c4", accent: "#aaaef5", good: "#7fd07f", warning: "#fcc46e", attention: "#ff9ea6",
  back: "#292929", emphasis: "#333333", goodBack: "#12301a", attentionBack: "#4a1a20", warningBack: "#45300f", accentBack: "#2f3052", line: "#474747",
};

/** The host configuration of one theme, as the renderer's constructor takes it. */
export function hostConfig(dark) {
  const c = dark ? DARK : LIGHT;
  const ink = (colour) => ({ default: colour, subtle: colour === c.text ? c.subtle : colour });
  const inks = {
    default: ink(c.text), dark: ink(c.text), light: ink(c.subtle), accent: ink(c.accent),
    good: ink(c.good), warning: ink(c.warning), attention: ink(c.attention),
  };
  const surface = (backgroundColor) => ({ backgroundColor, foregroundColors: inks });
  return {
    fontFamily: '"Segoe UI Variable", "Segoe UI", system-ui, -apple-system, Roboto, "Helvetica Neue", sans-serif',
    supportsInteractivity: true,
    spacing: { small: 6, default: 10, medium: 14, large: 18, extraLarge: 26, padding: 14 },
    separator: { lineThickness: 1, lineColor: c.line },
    fontSizes: { small: 12, default: 14, medium: 15, large: 17, extraLarge: 21 },
    fontWeights: { lighter: 400, default: 400, bolder: 600 },
    lineHeights: { small: 16, default: 20, medium: 21, large: 24, extraLarge: 28 },
    imageSizes: { small: 32, medium: 52, large: 100 },
    containerStyles: {
      default: surface(c.back), emphasis: surface(c.emphasis), accent: surface(c.accentBack),
      good: surface(c.goodBack), attention: surface(c.attentionBack), warning: surface(c.warningBack),
    },
    actions: {
      maxActions: 6, spacing: "default", buttonSpacing: 8, showCard: { actionMode: "inline", inlineTopMargin: 14 },
      actionsOrientation: "horizontal", actionAlignment: "left",
    },
    adaptiveCard: { allowCustomStyle: true },
    inputs: {
      label: {
        inputSpacing: 4,
        requiredInputs: { weight: "bolder", color: "default", size: "default", suffix: " *", suffixColor: "attention" },
        optionalInputs: { weight: "bolder", color: "default", size: "default" },
      },
      errorMessage: { color: "attention", weight: "bolder", size: "small" },
    },
    factSet: {
      title: { color: "default", size: "default", weight: "bolder", wrap: true, maxWidth: 150 },
      value: { color: "default", size: "default", weight: "default", wrap: true },
      spacing: 12,
    },
    textStyles: { heading: { size: "large", weight: "bolder", color: "default" } },
  };
}
