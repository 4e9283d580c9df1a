// Maps without tiles: the figures of the page on a Leaflet canvas in place of the server's SVG, which prints keep.
(function () {
  "use strict";

  const LOOKS = {
    own: { color: "#0f4fa8", weight: 3, fillColor: "#e3eefb", fillOpacity: 0.6 },
    draft: { color: "#0f4fa8", weight: 3, dashArray: "7 4", fillColor: "#e3eefb", fillOpacity: 0.35 },
    other: { color: "#4a586b", weight: 1.5, fillColor: "#f4f6f9", fillOpacity: 0.6 },
    circle: { color: "#1b6e3c", weight: 1.5, dashArray: "3 5", fill: false, interactive: false },
    point: { color: "#fff", weight: 1, fillColor: "#1b6e3c", fillOpacity: 1 },
    overlap: { color: "#c3201d", weight: 2, fillColor: "#c3201d", fillOpacity: 0.45 },
    gap: { color: "#8a5300", weight: 2, dashArray: "3 3", fillColor: "#d98c00", fillOpacity: 0.45 },
  };
  const CHINA = [[18, 73], [54, 135]];

  function named(text) {
    // An element, not a text: Leaflet would read it as HTML.
    const span = document.createElement("span");
    span.textContent = text;
    return span;
  }

  function draw(box) {
    const data = JSON.parse(document.getElementById(box.dataset.map).textContent);
    const plain = box.parentElement.querySelector("[data-map-plain]");
    box.hidden = false;
    if (plain) plain.hidden = true;
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", data.title + "：地图，方向键移动，加减号缩放；坐标和面积见下面的表");
    const map = L.map(box, {
      preferCanvas: true, attributionControl: false, zoomControl: false, zoomSnap: 0.25, maxZoom: 21, minZoom: 3,
    });
    L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    const every = L.featureGroup();
    const own = L.featureGroup();
    const labelled = [];
    const marked = data.figures.some(function (figure) { return figure.kind === "point"; });
    data.figures.forEach(function (figure) {
      if (figure.kind === "point" && "mapEdit" in box.dataset) return; // the editor marks them itself
      const mine = figure.kind === "own" || figure.kind === "draft";
      const editable = mine && "mapEdit" in box.dataset;
      L.geoJSON(figure.geometry, { style: LOOKS[figure.kind], pmIgnore: !editable, snapIgnore: false }).eachLayer(function (layer) {
        if (figure.kind === "point") {
          // Of one size however far the map is zoomed out: a true circle would be too small to see.
          layer = L.circleMarker(layer.getBounds().getCenter(), Object.assign({ radius: 6 }, LOOKS.point));
        }
        if (!editable) layer.addTo(map);
        every.addLayer(layer);
        if (mine) own.addLayer(layer);
        if (figure.name && (figure.kind === "own" || figure.kind === "other")) {
          layer.bindTooltip(named(figure.label), { permanent: true, direction: "center",
            // Below the middle, where a service point usually lies.
            offset: marked && mine ? [0, 16] : [0, 0], className: "map-name", interactive: false });
          labelled.push(layer);
        } else if (figure.name) {
          layer.bindTooltip(named(figure.name));
        }
        if (figure.url) layer.on("click", function () { if (!box.dataset.mapEdit) location.assign(figure.url); });
      });
    });
    // A name wider than its shape would cover the neighbours' names: it comes back when the map is enlarged.
    map.on("zoomend", function () {
      labelled.forEach(function (layer) {
        const box = layer.getBounds();
        const width = map.latLngToLayerPoint(box.getNorthEast()).x - map.latLngToLayerPoint(box.getSouthWest()).x;
        const label = layer.getTooltip().getElement();
        if (label) label.hidden = label.scrollWidth > 0 && label.scrollWidth > width + 8;
      });
    });
    if (every.getLayers().length) map.fitBounds(every.getBounds(), { padding: [24, 24], maxZoom: 18 });
    else map.fitBounds(CHINA);
    return { map: map, own: own, looks: LOOKS };
  }

  window.portalMaps = {};
  document.querySelectorAll("[data-map]").forEach(function (box) {
    window.portalMaps[box.dataset.map] = draw(box);
  });
})();
