; The dialog of pinxit in GIMP 2.10: it calls the plug-in pinxit_gimp, which paints.

(define pinxit-styles (list @STYLES@))
(define pinxit-presets (list "instant" "draft" "standard" "fine"))

(define (script-fu-pinxit image drawable style file preset strength size)
  (pinxit-gimp-paint RUN-NONINTERACTIVE image drawable
    (if (and (string? file) (> (string-length file) 0))
        file
        (string-append "house:" (list-ref pinxit-styles style)))
    (list-ref pinxit-presets preset)
    (/ strength 100)
    size)
  (gimp-displays-flush))

(script-fu-register "script-fu-pinxit"
  "Paint with _pinxit..."
  "Paint the layer, or what is selected of it, in the style of another picture; the painting becomes a new layer"
  "The pinxit authors" "The pinxit authors" "2026" "*"
  SF-IMAGE "Image" 0
  SF-DRAWABLE "Layer" 0
  SF-OPTION "_Style" (list @STYLES@)
  SF-FILENAME "Or a _painting of your own" ""
  SF-OPTION "_Quality" '("Instant, by a network" "Draft" "Standard" "Fine")
  SF-ADJUSTMENT "S_trength, %" '(100 0 100 1 10 0 0) ; a slider
  SF-ADJUSTMENT "_Longer side, px" '(2048 64 8192 64 256 0 1)) ; a number

(script-fu-menu-register "script-fu-pinxit" "<Image>/Filters/Artistic")
